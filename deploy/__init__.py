"""How the system is put into the world: on one machine (`local`), in containers, on a cluster."""

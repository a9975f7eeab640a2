"""Kubernetes (Kustomize): what is written by hand lies in the folders beside, what follows from tables of ours is made by the modules here."""

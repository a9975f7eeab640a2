"""One agency's own connection (支援機関の接続): its outbox, its inbox, and events written as JSON."""

"""Load: agencies that say much, agencies that listen, and the places and cases that they speak of."""

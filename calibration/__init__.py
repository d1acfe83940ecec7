"""How often the methods are right, on data whose truth is known: the tables of docs/methods (`make calibrate`)."""

"""Placebos: a workspace's own data, dealt or shifted so that an effect must vanish, and whether it does.

An analysis that still finds something in data of which chance alone is the maker finds things that are not there; it
may do so in the share of data sets that it promises, and in no more.
"""

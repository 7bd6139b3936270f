"""Published cells that registry packages carry: fetched at run time, exported and compiled."""

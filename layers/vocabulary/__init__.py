"""The services people ask for and the roles that serve them: tables an administrator keeps, with a first filling."""

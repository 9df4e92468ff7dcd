"""History 经过: what happened to a feature of any layer, in plain words, and which last step can be taken back."""

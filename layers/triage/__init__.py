"""Triage 分诊: which needs wait, in what order, what is known of one, and what was decided about many at once."""

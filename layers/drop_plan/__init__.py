"""From need to plan: who lives in an area, what each household gets of a list of goods, and where it is handed out."""

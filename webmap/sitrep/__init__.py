"""The situation report: one HTML file that shows a situation without asking anything of anybody."""

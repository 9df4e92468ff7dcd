"""What programs call: one file per resource, problem JSON for every error."""

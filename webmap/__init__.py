"""What people see and call: pages, API, maps, access, command line."""

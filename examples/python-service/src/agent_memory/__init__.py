"""What agents remember: PostgreSQL keeps it, Redis answers what was asked before."""

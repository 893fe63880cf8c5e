"""The programs that Ostiary is measured beside, each with the same work to do by its own means."""

"""The issuer's shell: loads facts, lets `ostiary.issuer` decide, commits what was planned, answers on its socket."""

"""The issuer's shell: loads facts, lets `ostiary.issuer` decide, commits what was planned, answers over a wire of its own."""

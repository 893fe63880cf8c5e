"""What a request and a response are: limits, framing rules, header rules, URIs. No sockets, no clock."""

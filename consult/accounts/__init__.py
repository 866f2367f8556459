"""Who is asking: people, sign-in, attachments to a collectivité, roles.

There is no password: who reads the mail of an address is its person. A message holds a link of 256 random bits, good in any
browser, and a code of six digits, good only in the browser that asked for it, so that nobody else can wear out its tries. The
code's digest is salted with a key that only that browser holds: a stolen base gives neither. Nothing about an address, not even
whether it has an account, changes what is answered or read when a message is asked for.

Tries are limited for each message, and for each address over a day; past either, the code is refused and the link still serves.
Locking the address out instead would let anyone shut anyone out.
"""

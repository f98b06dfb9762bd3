"""The health-insurance e-credential: activated, shown, redeemed and revoked as a client of its issuer.

Only the national platform issues the credential. This app asks it through one interface; without an
adapter it shows no code and says why. What is kept here belongs to the county's health bureau.
"""

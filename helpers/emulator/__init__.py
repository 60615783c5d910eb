"""moto, corrected where it would teach a falsehood: a folder per service.

A correction is beside the AWS statement that it follows. It applies only while its context is
open, and refuses to apply to a moto that it was not written for (`guard`). `serving` answers one
request, `opening` applies the corrections; nothing outside this folder imports moto.
"""

"""The contract once more, as a server in memory: small enough to be read, and complete.

service.py answers requests, server.py serves it, and oracle.py says what a service that follows the contract
may answer. Each of conformance/mutants is this server with one fault.
"""

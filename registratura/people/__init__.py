"""Who receives care, and who may act for whom: persons, policies, accounts, relatives, consents."""

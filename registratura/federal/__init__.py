"""The gateway of the federal registry (ФЭР): SOAP 1.1, nine operations, nothing else knows them."""

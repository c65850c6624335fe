"""The federal portal and the real gateway, each on its own database: the whole way by SOAP."""

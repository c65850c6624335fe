"""What all three applications stand on: database launcher, signatures, look. No domain."""

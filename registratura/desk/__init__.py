"""The desk: pages for the clinics' staff, who sign in through ЕСИА and work in a role."""

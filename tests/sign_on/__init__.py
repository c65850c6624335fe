"""Sign-on through ЕСИА: what is asked, what is believed, what is shown when it goes wrong."""

"""How well patients are understood: labelled messages, figures, and a report of them."""

"""Pages that people read and work on. Data come from `db`; pages of PDFs from functions that are handed in."""

"""The calendar of China as dated data: holidays, terms, school days and working days. Pure. No rule of what is due when belongs here."""

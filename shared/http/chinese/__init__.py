"""Problems and refusals in Chinese, for clients that ask for it by ``Accept-Language``.

The record, the receipts and the log lines hold English: one text for all readers. It is translated where an answer goes out, by the sentences of
``texts.json``. What a sentence holds in braces is taken over, and translated itself where it is a sentence too.
"""

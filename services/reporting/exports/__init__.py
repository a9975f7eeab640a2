"""Exports (出力): rows and their provenance in, bytes out, in the format that was asked for; no format knows which projection rows come from.

Same rows, same provenance, same bytes. Rows are read once (``Canonical``), hashed, and then written piece by piece, so that memory does not
grow with them. Where the provenance stands:

- JSON: an object beside the rows; JSONL: the first line; XLSX: a second sheet 「出所」;
- CSV: a file beside it (see ``csv_file``), since a CSV with anything but the table in it is none for a spreadsheet.
"""

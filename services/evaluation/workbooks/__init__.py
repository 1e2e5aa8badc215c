"""Worksheets as .xlsx files: written with XlsxWriter, read with openpyxl. What they hold is `domain.workbook`'s to say.

write_workbook   the file of one layer of a worksheet
read_workbook    the cells of an uploaded file, after it was found harmless
"""

from services.evaluation.workbooks.reading import LARGEST_FILE, read_workbook
from services.evaluation.workbooks.writing import Heading, write_workbook

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

__all__ = ["LARGEST_FILE", "MIME", "Heading", "read_workbook", "write_workbook"]

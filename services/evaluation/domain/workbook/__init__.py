"""A worksheet as a workbook, without any file: which cell holds what, what the formulas say, how cells become answers.

    places     cells and their addresses
    layout     the plan of an instrument's workbook
    formulas   the live formulas over that plan
    cells      answers → cells, cells → answers with every fault named by its cell
    identity   what the hidden sheet says: instrument, unit, cycle, layer, and each question's revision
    merging    what an upload takes, leaves, and reports as a conflict

Writing and reading the files themselves is `services.evaluation.workbooks`.
"""

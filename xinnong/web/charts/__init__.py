"""Charts drawn on the server as SVG: geometry here, marks in templates/web/charts.

Every chart carries a title, a description and its data table, so nothing is told by colour alone
and everything prints. Geometry is whole units of the view box.
"""

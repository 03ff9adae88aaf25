"""The chart registry lives in ``trajecta.stats.charts.registry``; each chart is a pure function to a ``Figure``."""

"""Pictures of objectives: Plotly figures with the table behind them, and small SVG paths. Nothing is computed here."""

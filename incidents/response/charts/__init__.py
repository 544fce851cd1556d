"""Pictures of incidents: Plotly figures with the table behind them. Nothing is computed here."""

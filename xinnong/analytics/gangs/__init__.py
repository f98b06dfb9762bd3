"""Villages, their normal life and the gangs that come to them: event files with the truth behind them."""

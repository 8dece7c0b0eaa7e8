"""The same contract on other engines: pandas for what is small, polars block by block for what is large, Dask for a cluster."""

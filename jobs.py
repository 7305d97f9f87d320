"""The jobs: what can be run by a worker; a crawl is a child process."""

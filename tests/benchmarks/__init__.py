"""Speed and accuracy beside other classifiers, and speed over HTTP: `make bench`."""

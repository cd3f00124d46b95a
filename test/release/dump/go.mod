module dump

go 1.22

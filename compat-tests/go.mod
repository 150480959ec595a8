module github.com/everwire/everwire/compat-tests

go 1.26

require github.com/everwire/everwire v0.0.0

replace github.com/everwire/everwire => ../

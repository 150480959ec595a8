// Command cluster is three servers that are one: a page may talk to any of them, and
// one that is killed takes nothing along.
package main

import (
	cluster "github.com/everwire/everwire/examples/cluster/app"

	"github.com/everwire/everwire/examples/site"
)

func main() {
	cluster.ServeIfNode() // this program is its nodes, too
	site.Run("Cluster", func() (site.App, error) { return cluster.New() })
}

// example_test.go: one of three nodes that need nothing but each other.

package embedded_test

import (
	"log"
	"net/http"
	"os"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/adapter/cluster"
	"github.com/everwire/everwire/adapter/nats/embedded"
)

func ExampleStart() {
	node, err := embedded.Start(embedded.Config{
		Cluster: ":6222",
		Routes:  []string{"10.0.0.1:6222", "10.0.0.2:6222", "10.0.0.3:6222"},
		Secret:  os.Getenv("CLUSTER_SECRET"),
	})
	if err != nil {
		log.Fatal(err)
	}
	srv, err := everwire.New(everwire.Config{Adapter: cluster.Over(node, cluster.Config{})})
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(":3000", srv))
}

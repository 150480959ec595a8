// Command notifications is an inbox for a small team: what one sends over REST reaches all
// pages of the other, and the answer to it says when it was read.
package main

import (
	notifications "github.com/everwire/everwire/examples/notifications/app"

	"github.com/everwire/everwire/examples/site"
)

func main() {
	site.Run("Notifications", func() (site.App, error) { return notifications.New() })
}

// Command chat is a small real-time chat: rooms, people, history, typing notes and
// delivery ticks over one Socket.IO connection per page.
package main

import (
	"cmp"
	"os"

	chat "github.com/everwire/everwire/examples/chat/app"
	"github.com/everwire/everwire/examples/site"
)

func main() {
	site.Run("Chat", func() (site.App, error) {
		return chat.New(cmp.Or(os.Getenv("CHAT_DB"), "chat.db"))
	})
}

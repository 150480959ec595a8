// example_test.go: a router with a server in it.

package ginmount_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gin-gonic/gin"

	"github.com/everwire/everwire"
	"github.com/everwire/everwire/ginmount"
)

func ExampleMount() {
	gin.SetMode(gin.ReleaseMode)
	srv, err := everwire.New(everwire.Config{})
	if err != nil {
		panic(err)
	}
	router := gin.New()
	router.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "home") })
	ginmount.Mount(router, "/socket.io", srv)

	web := httptest.NewServer(router) // or router.Run(":3000")
	defer web.Close()
	for _, path := range []string{"/", "/socket.io/?EIO=4&transport=pigeon"} {
		res, err := http.Get(web.URL + path)
		if err != nil {
			panic(err)
		}
		res.Body.Close()
		fmt.Println(res.StatusCode)
	}
	// Output:
	// 200
	// 400
}

// rest.go: the part that any HTTP client can use, with Gin.

package app

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/everwire/everwire"
)

const (
	maxBody  = 16 << 10 // bytes of a request
	maxTitle = 80       // characters
	maxText  = 400
)

var kinds = []string{"review", "deploy", "alert", "mention"}

// rest adds the endpoints to a router.
func (n *notifier) rest(r gin.IRouter) {
	r.Use(func(c *gin.Context) { c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxBody) })
	r.POST("/login", n.postLogin)
	r.POST("/notifications", n.loggedIn, n.postNotification)
}

func (n *notifier) postLogin(c *gin.Context) {
	var in Login
	if err := c.ShouldBindJSON(&in); err != nil {
		refuse(c, http.StatusBadRequest, "bad_request", `The body is {"user": "ann"}.`)
		return
	}
	if find(in.User) < 0 {
		refuse(c, http.StatusUnauthorized, "user_unknown", "There is nobody of that name.")
		return
	}
	grant, err := n.tokens.grant(in.User)
	if err != nil {
		_ = c.AbortWithError(http.StatusInternalServerError, err)
		return
	}
	c.JSON(http.StatusOK, grant)
}

// loggedIn is a middleware that finds out who asks, from the same token that the page's
// socket connects with.
func (n *notifier) loggedIn(c *gin.Context) {
	token, _ := strings.CutPrefix(c.GetHeader("Authorization"), "Bearer ")
	who, err := n.tokens.check(token)
	if err != nil {
		refuse(c, http.StatusUnauthorized, "token_invalid", "Log in first: POST api/login, then the header Authorization: Bearer TOKEN.")
		return
	}
	c.Set(gin.AuthUserKey, who.ID)
}

// postNotification is all that it takes to emit from an HTTP handler.
func (n *notifier) postNotification(c *gin.Context) {
	var in Draft
	if err := c.ShouldBindJSON(&in); err != nil {
		refuse(c, http.StatusBadRequest, "bad_request", `The body is {"to": ["ann"], "kind": "deploy", "title": "…", "text": "…"}.`)
		return
	}
	if fault := in.clean(); fault != "" {
		refuse(c, http.StatusUnprocessableEntity, "invalid", fault)
		return
	}
	c.JSON(http.StatusCreated, n.send(c.GetString(gin.AuthUserKey), in))
}

// clean puts a draft in order, and returns what is wrong with it.
func (d *Draft) clean() string {
	d.Title, d.Text = strings.TrimSpace(d.Title), strings.TrimSpace(d.Text)
	slices.Sort(d.To)
	d.To = slices.Compact(d.To)
	switch {
	case len(d.To) == 0:
		return "Choose at least one person."
	case slices.ContainsFunc(d.To, func(id string) bool { return find(id) < 0 }):
		return "There is nobody of that name."
	case !slices.Contains(kinds, d.Kind):
		return "The kind is one of " + strings.Join(kinds, ", ") + "."
	case d.Title == "":
		return "Write a title first."
	case utf8.RuneCountInString(d.Title) > maxTitle || utf8.RuneCountInString(d.Text) > maxText:
		return "A title has at most 80 characters, and a text 400."
	}
	return ""
}

func refuse(c *gin.Context, status int, code, message string) {
	c.AbortWithStatusJSON(status, gin.H{"error": &everwire.Error{Code: code, Message: message}})
}

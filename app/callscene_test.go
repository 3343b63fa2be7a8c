package app

import (
	"testing"

	"afterglow/app/apptest"
	"afterglow/proxy"
)

// callWindow is a shown window over n calls.
func callWindow(t *testing.T, n int) (*mainWindow, *apptest.Proxy) {
	t.Helper()
	w, svc := newTestWindow(t, true)
	svc.CallList = apptest.CallScene(n)
	svc.Details = map[int]proxy.CallDetail{}
	for _, c := range svc.CallList {
		svc.Details[c.Number] = apptest.CallDetail(c)
	}
	w.Show()
	w.Update(apptest.SceneBoard("busy"))
	return w, svc
}

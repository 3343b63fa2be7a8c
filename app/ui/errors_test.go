package ui_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"time"

	"afterglow/app/apptest"
	"afterglow/app/ui"
	"afterglow/limiter"
	"afterglow/proxy"
	"afterglow/proxy/config"
	"afterglow/proxy/connect"
	"afterglow/proxy/credential"
	"afterglow/proxy/reason"
)

// TestEveryReasonIsSaidInTheUsersLanguage makes each reason that has a code, and looks for Chinese in the Chinese text and for
// what the reason is about.
func TestEveryReasonIsSaidInTheUsersLanguage(t *testing.T) {
	onlyTheVendors := map[reason.Code]bool{reason.Refused: true} // its text is the vendor's
	for _, language := range []string{"en", "zh"} {
		apptest.Speak(t, language)
		for _, code := range reason.All {
			got := ui.ReasonText(reason.New(code, "3392", "words"))
			if got == "words" || strings.Contains(got, "{{") || strings.HasPrefix(got, "reason.") {
				t.Errorf("%s, %s: %q", language, code, got)
			}
			if chinese := strings.ContainsFunc(got, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff }); chinese != (language == "zh") && !onlyTheVendors[code] {
				t.Errorf("%s, %s: %q", language, code, got)
			}
		}
	}
}

func TestErrorsAreToldByWhatTheyAreNotByTheirWords(t *testing.T) {
	parsed := func(text string) error {
		_, err := config.Parse("config.toml", text, func(string) string { return "" })
		return err
	}
	at := time.Now().Add(48 * time.Hour) // the text has its day, also if it becomes midnight meanwhile
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("save: %w", config.ErrChanged), "文件已被其他程序修改，因此没有保存。请查看新内容后重试"},
		{fmt.Errorf("cancel: %w", proxy.ErrNoCall), "该调用已经结束"},
		{fmt.Errorf("zhipu: %w", credential.ErrRunning), "正在登录，请先完成"},
		{&limiter.RangeError{Limit: 21, Highest: 20}, "允许的范围是 1–20"},
		{fmt.Errorf("set limit: %w", limiter.ErrMonitorOnly), "此供应商只监控，没有可以更改的上限"},
		{fmt.Errorf("set limit: %w", limiter.ErrUnknown), "没有这个供应商或模型"},
		{parsed("tiers = [\"zhipu\"]\nlimit = 3"), "config.toml: 第2行, limit: 未知的键"},
		{parsed("listen = \"0.0.0.0:3392\"\ntiers = [\"zhipu\"]"), `config.toml: listen: 其他计算机可以访问 0.0.0.0:3392。请改用 127.0.0.1，或同时设置 token`},
		{fmt.Errorf("write: %w", &fs.PathError{Op: "open", Path: "/etc/x", Err: fs.ErrPermission}), "没有访问 /etc/x 的权限"},
		{fmt.Errorf("write: %w", &fs.PathError{Op: "write", Path: "/tmp/x", Err: syscall.ENOSPC}), "/tmp/x 所在的磁盘已满"},
		{fmt.Errorf("suspend: %w", reason.InFile{File: "/x.json", Err: reason.New(reason.ReadOnly, "", "read-only")}), "/x.json: 文件为只读，未作任何修改。请将其设为可写后重试"},
		{errors.Join(connect.ErrApart, limiter.ErrUnknown), "该客户端尚未连接\n没有这个供应商或模型"},
		{&connect.OtherError{Name: "Codex", File: "/c.toml", Address: "127.0.0.1:9"},
			"/c.toml: 地址 127.0.0.1:9 由另一个程序写入，未作任何更改。如果那是另一个 Afterglow，请先在那里断开连接"},
		{errors.New("something that nobody thought of"), "something that nobody thought of"},
		{reason.Reason{Code: reason.QuotaUsedUp, Text: "5h", Until: at, Words: "used up"}, ui.Clock(at, time.Now()) + " 前不可用：5h 额度已用完"},
		{reason.Reason{Code: "of_a_later_version", Words: "used up"}, "used up"},
	} {
		apptest.Speak(t, "zh")
		if got := ui.ErrorText(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

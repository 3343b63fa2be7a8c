package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"afterglow/app/apptest"
	"afterglow/app/viewmodel"
	"afterglow/proxy"
	"afterglow/proxy/config"
)

func TestNoticesInWords(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.Local)
	for language, want := range map[string][]string{
		"en": {
			"Zhipu is unavailable | Afterglow will retry it at 14:05.\n429 [1308] used up", "Zhipu is unavailable | Afterglow will retry it at 2026-11-27 09:30.\n429",
			"Zhipu · glm-5.1 is unavailable | 404", "Zhipu is available again | It was unavailable for 12 min. Calls go to it again.",
			"Failover: Zhipu → Kimi | The first vendor failed, and the second answered the call.",
			"Kimi: key or sign-in rejected | 401 bad key", "Kimi rejected its API key | Replace the key: KIMI_API_KEY.\n401 bad key", "Long queue for Zhipu · glm-5.1 | 9 calls are waiting for a slot.",
			"No price for Zhipu · glm-9 | Its cost can't be calculated. Add a price in the configuration.",
			"Price list is out of date | Prices are from 2026-01-02. Update Afterglow for newer ones.", "2 more notifications | Zhipu is unavailable\nPrice list is out of date",
		},
		"zh": {
			"Zhipu 暂不可用 | 将于 14:05 重试，在此之前不会向其发送调用。\n429 [1308] used up", "Zhipu 暂不可用 | 将于 2026-11-27 09:30 重试，在此之前不会向其发送调用。\n429",
			"Zhipu · glm-5.1 暂不可用 | 404", "Zhipu 已恢复可用 | 已重新向其发送调用，本次不可用 12分钟。",
			"故障转移：Zhipu → Kimi | 前一个供应商调用失败，已由后一个供应商响应。",
			"Kimi：密钥或登录已失效 | 401 bad key", "Kimi 拒绝了密钥 | 请更换密钥：KIMI_API_KEY。\n401 bad key", "Zhipu · glm-5.1 排队过长 | 9个调用正在排队等待槽位。",
			"Zhipu · glm-9 没有价格 | 无法计算费用，请在配置文件中添加价格。",
			"价格表已过期 | 价格截至 2026-01-02。更新 Afterglow 可获取新价格。", "还有2条通知 | Zhipu 暂不可用\n价格表已过期",
		},
	} {
		t.Run(language, func(t *testing.T) {
			apptest.Speak(t, language)
			for i, n := range []viewmodel.Notice{
				{Kind: "vendor_out", Vendor: "Zhipu", Reason: "429 [1308] used up", Until: now.Add(125 * time.Minute)},
				{Kind: "vendor_out", Vendor: "Zhipu", Reason: "429", Until: now.Add(21*time.Hour + 30*time.Minute)},
				{Kind: "vendor_out", Vendor: "Zhipu", Model: "glm-5.1", Reason: "404"},
				{Kind: "vendor_out", Vendor: "Zhipu", Back: true, Lasted: 12 * time.Minute},
				{Kind: "failover", Vendor: "Zhipu", To: "Kimi"},
				{Kind: "credential", Vendor: "Kimi", Reason: "401 bad key"},
				{Kind: "credential", Vendor: "Kimi", Reason: "401 bad key", Key: config.KeyInVariable, KeyVar: "KIMI_API_KEY"},
				{Kind: "queue", Vendor: "Zhipu", Model: "glm-5.1", Count: 9},
				{Kind: "no_price", Vendor: "Zhipu", Model: "glm-9"},
				{Kind: "old_prices", Date: "2026-01-02"},
				{Rest: []viewmodel.Notice{{Kind: "vendor_out", Vendor: "Zhipu"}, {Kind: "old_prices"}}},
			} {
				title, text := noticeText(n, now)
				if got := title + " | " + text; got != want[i] {
					t.Errorf("%q, want %q", got, want[i])
				}
			}
		})
	}
}

// A desktop that shows nothing is logged once, and again when it has shown something in between.
func TestLostNoticesAreLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	l := lostNotices{log: slog.New(slog.NewTextHandler(&log, nil))}
	for _, err := range []error{errors.New("no bus"), errors.New("no bus"), errors.New("no bus"), nil, errors.New("no bus"), nil, nil} {
		l.note(err)
	}
	if got := strings.Count(log.String(), "notices are not shown"); got != 2 {
		t.Errorf("%d lines:\n%s", got, &log)
	}
}

func TestNoticesAreSentOffTheUI(t *testing.T) {
	a := newLoopApp(t)
	svc := &testProxy{Proxy: &apptest.Proxy{}}
	svc.State = proxy.Status{Tiers: []proxy.Tier{{Vendor: "zhipu", Title: "Zhipu", State: proxy.SignedOut, Reason: "sign in\nwith\x1b GitHub"}}}
	f := &application{app: a, proxy: svc, log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	var got []string
	f.tell(ctx, func(_ context.Context, title, text string) error {
		got = append(got, title+"|"+text)
		cancel()
		return nil
	})
	if len(got) != 1 || got[0] != "Zhipu: key or sign-in rejected|sign in\nwith  GitHub" {
		t.Errorf("%q", got)
	}
}

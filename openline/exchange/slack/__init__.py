"""What Slack exports, as rooms: https://slack.com/help/articles/220556107."""

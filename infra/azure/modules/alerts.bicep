// What wakes somebody, as docs/operate.md lists it. The metrics are the app's own, as Application Insights keeps them: a reading of a gauge
// is a row of its own whose Sum is the reading, and Min and Max of it are not filled in; counters and histograms hold what was new.
param location string
param tags object
param workspaceId string
param email string

var alerts = [
  {
    name: 'roadseg-poison'
    description: 'A message failed as often as the host allows: its job ended with attempts-exhausted, or it lies in a poison queue.'
    severity: 2
    window: 'PT15M'
    query: '''
AppMetrics
| where (Name == "roadseg.job.failures" and tostring(Properties["error.type"]) == "attempts-exhausted" and Sum > 0)
    or (Name == "roadseg.queue.depth" and tostring(Properties["roadseg.queue"]) endswith "-poison" and Sum / ItemCount > 0)
'''
  }
  {
    name: 'roadseg-oldest-message'
    description: 'A photo that somebody waits for lies in a queue for longer than ten minutes: more arrives than is worked off, or nobody works.'
    severity: 2
    window: 'PT15M'
    query: '''
AppMetrics
| where Name == "roadseg.queue.oldest_age" and tostring(Properties["roadseg.queue"]) in ("uploads-created", "segmentation-jobs")
| where Sum / ItemCount > 600
'''
  }
  {
    name: 'roadseg-not-ready'
    description: 'A replica was not ready for most of a quarter of an hour, and for five readings at least: /health/ready says why (model, provider, storage).'
    severity: 1
    window: 'PT15M'
    query: '''
AppMetrics
| where Name == "roadseg.ready"
| summarize ready = sum(Sum) / sum(ItemCount), readings = sum(ItemCount) by AppRoleInstance
| where readings >= 5 and ready < 0.5
'''
  }
  {
    name: 'roadseg-failed-share'
    description: 'More than a tenth of at least twenty jobs failed within an hour.'
    severity: 2
    window: 'PT1H'
    query: '''
AppMetrics
| where Name == "roadseg.job.duration"
| extend state = tostring(Properties["roadseg.job.state"])
| summarize failed = sumif(ItemCount, state == "failed"), all = sum(ItemCount)
| where all >= 20 and 1.0 * failed / all > 0.1
'''
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'roadseg-on-call'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'roadseg'
    enabled: true
    emailReceivers: [{ name: 'on-call', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [for alert in alerts: {
  name: alert.name
  location: location
  tags: tags
  properties: {
    displayName: alert.name
    description: alert.description
    severity: alert.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: alert.window
    // The table is there once the first metric has come.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: { actionGroups: empty(email) ? [] : [people.id] }
  }
}]

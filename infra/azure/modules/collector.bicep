// Takes the apps' OTLP and hands it to Application Insights, metrics too, which the environment's own agent does not.
param name string
param location string
param tags object
param environmentId string
@secure()
param insightsConnectionString string

var config = '''
receivers:
  otlp:
    protocols:
      http:
        endpoint: 0.0.0.0:4318
processors:
  memory_limiter: { check_interval: 1s, limit_mib: 400 }
  batch: {}
exporters:
  azuremonitor:
    connection_string: ${env:APPLICATIONINSIGHTS_CONNECTION_STRING}
service:
  pipelines:
    traces: { receivers: [otlp], processors: [memory_limiter, batch], exporters: [azuremonitor] }
    metrics: { receivers: [otlp], processors: [memory_limiter, batch], exporters: [azuremonitor] }
    logs: { receivers: [otlp], processors: [memory_limiter, batch], exporters: [azuremonitor] }
'''

resource collector 'Microsoft.App/containerApps@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: false
        targetPort: 4318
        transport: 'http'
        allowInsecure: true
      }
      secrets: [{ name: 'insights', value: insightsConnectionString }]
    }
    template: {
      containers: [
        {
          name: 'collector'
          // At 0.115 the exporter to Azure Monitor is reported to send nothing, and from 0.139 on to leave spans out (opentelemetry-collector-contrib#36704, #48504).
          image: 'otel/opentelemetry-collector-contrib:0.138.0'
          args: ['--config=env:COLLECTOR_CONFIG']
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
          env: [
            { name: 'COLLECTOR_CONFIG', value: config }
            { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', secretRef: 'insights' }
          ]
        }
      ]
      scale: {
        minReplicas: 1
        maxReplicas: 1
      }
    }
  }
}

// The one storage account: no anonymous access, no account keys.
@minLength(13)
@maxLength(13)
param token string
param location string
param tags object
param containers array
param queues array

@description('Origins whose pages may put photos straight into storage by upload key.')
param origins array
param keepUploadsDays int
param keepResultsDays int

// The Functions host's own, and where Event Grid leaves what it could not deliver.
var hostContainers = ['azure-webjobs-hosts', 'azure-webjobs-secrets']
var deadLetters = 'event-dead-letters'

// `Retention` of the app deletes on the day; these rules are for when it does not run.
var spareDays = 2
var lifecycle = [
  { container: 'uploads', days: keepUploadsDays + spareDays }
  { container: 'submitted', days: keepUploadsDays + spareDays }
  { container: 'batches', days: keepUploadsDays + spareDays }
  { container: 'clips', days: keepUploadsDays + spareDays }
  { container: 'work', days: spareDays }
  { container: 'batch-runs', days: keepResultsDays + 1 + spareDays }
  { container: 'results', days: keepResultsDays + spareDays }
  { container: 'jobs', days: keepResultsDays + 1 + spareDays }
  { container: 'jobs-index', days: keepResultsDays + 1 + spareDays }
  { container: 'idempotency-keys', days: keepResultsDays + 1 + spareDays }
  { container: 'trainings', days: 90 + spareDays }
  { container: deadLetters, days: 30 }
]

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'st${token}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Phones and browsers put photos here themselves, by a key for one blob.
    publicNetworkAccess: 'Enabled'
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    // What the app deletes is gone: an original photo that was redacted, a job that was erased.
    deleteRetentionPolicy: { enabled: false }
    isVersioningEnabled: false
    cors: {
      corsRules: [
        {
          allowedOrigins: origins
          allowedMethods: ['PUT']
          allowedHeaders: ['content-type', 'x-ms-*']
          exposedHeaders: ['x-ms-*']
          maxAgeInSeconds: 600
        }
      ]
    }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = [for name in concat(containers, hostContainers, [deadLetters]): {
  parent: blobs
  name: name
  properties: { publicAccess: 'None' }
}]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2023-05-01' = {
  parent: account
  name: 'default'
}

resource storageQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2023-05-01' = [for name in queues: {
  parent: queueService
  name: name
}]

resource rules 'Microsoft.Storage/storageAccounts/managementPolicies@2023-05-01' = {
  parent: account
  name: 'default'
  dependsOn: [blobs]
  properties: {
    policy: {
      rules: [for rule in lifecycle: {
        name: 'keep-${rule.container}'
        enabled: true
        type: 'Lifecycle'
        definition: {
          filters: {
            // Metrics and logs of runs are append blobs.
            blobTypes: ['blockBlob', 'appendBlob']
            prefixMatch: ['${rule.container}/']
          }
          actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: rule.days } } }
        }
      }]
    }
  }
}

// The modules that come after need what is in the account, and this name makes them wait for it.
output name string = account.name
